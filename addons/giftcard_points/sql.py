"""Pieces of SQL that several models use."""

from odoo.tools import SQL


def assignments(columns):
    """:param columns: dict of column -> value. :return: what stands after SET in an UPDATE"""
    return SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in columns.items())
