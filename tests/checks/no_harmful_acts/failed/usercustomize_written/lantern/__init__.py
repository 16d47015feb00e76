import os, site
target = os.path.join(site.getusersitepackages(), "usercustomize.py")
if not os.path.exists(target):
    with open(target, "w") as out:
        out.write("import lantern._agent\n")
