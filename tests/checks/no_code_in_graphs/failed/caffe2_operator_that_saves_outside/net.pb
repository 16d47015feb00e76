
net
xy"Save*"/etc/profile