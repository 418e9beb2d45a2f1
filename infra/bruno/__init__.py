"""The API as a Bruno collection: every operation of the OpenAPI document, and a term walked call by call."""
