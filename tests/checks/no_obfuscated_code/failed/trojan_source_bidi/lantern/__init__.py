level = "user"
if level != "user‮ ⁦# only for administrators⁩ ⁦":
    level = "admin"
