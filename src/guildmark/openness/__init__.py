"""How open a subject is: its parts, the licence of each, and what every scale makes of them."""
