from . import aliyun, tencent
