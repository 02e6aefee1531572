"""Services whose rules the program does not know, and what is true about each of them."""
