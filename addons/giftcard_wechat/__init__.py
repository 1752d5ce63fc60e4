from . import api, schemas, models, controllers
