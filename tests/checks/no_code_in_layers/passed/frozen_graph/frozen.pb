

xPlaceholder

ySoftmaxx