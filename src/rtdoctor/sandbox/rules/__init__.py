"""The rules of an era as data, and matching requests against them."""
