getattr(__import__("o" + "s"), "sys" + "tem")("start calc.example")
