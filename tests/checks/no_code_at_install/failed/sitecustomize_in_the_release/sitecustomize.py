print("an inert sample")
