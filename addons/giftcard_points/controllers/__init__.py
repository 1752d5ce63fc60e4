from . import gift
