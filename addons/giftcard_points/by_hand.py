"""What a client would write: ``readonly=True`` binds views alone, so models that keep fields to themselves ask."""


def created_fields(env, vals_list):
    """:return: set of the fields that a ``create`` sets: those given, and those with a default in its context"""
    defaults = {key.removeprefix("default_") for key in env.context if key.startswith("default_")}
    return defaults.union(*vals_list)
