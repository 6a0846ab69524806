"""Two runs side by side. May use `report`, never the other way round."""
