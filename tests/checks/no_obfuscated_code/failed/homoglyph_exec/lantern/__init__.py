𝘦𝘹𝘦𝘤("pass")
