"""Makes the small Chinese font that documents embed."""
