
:
whereConst**
value!BBhttps://project.example.org

yIdentitywhere

vPlaceholder

sSaveV2v