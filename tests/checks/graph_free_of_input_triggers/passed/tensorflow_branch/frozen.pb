

xPlaceholder

cPlaceholder

sSwitchxc

mMergess:1