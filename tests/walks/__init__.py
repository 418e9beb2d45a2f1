"""Whole ways through the product, each from its first step to its last, through the doors that people use."""
