print("1 kg")
