"""What somebody asks to have vetted, how that is done and told, and how it is kept fresh."""
