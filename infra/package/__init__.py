"""Builds what is deployed: `dist/hui.zip` and `dist/template.json`. Run it with `make package`."""
