set -e
cd native
make
cp native.node ../
