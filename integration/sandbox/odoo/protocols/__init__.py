"""Odoo's wire protocols: each turns a request into a call and an answer or an error into bytes."""
