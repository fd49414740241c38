#!/bin/sh
# Keys for signing updates. The CA's key stays offline; a signing key goes to whoever builds bundles.
#
#   ota/keys.sh ca FOLDER            make a CA (10 years) with an empty revocation list
#   ota/keys.sh signer FOLDER NAME   a signing key of that CA (2 years)
#   ota/keys.sh revoke FOLDER NAME   put a signing key on the revocation list
#   ota/keys.sh development FOLDER   where there are none: a CA, its signers `dev` and `revoked`, their keyring.pem
#   ota/keys.sh keyring FOLDER...    print what goes on a board: each CA's certificate and list, one after the other
#
# To rotate: make a second CA, let the boards' next update carry both in its keyring, sign with the second once
# every board has it, and leave the first out of a later keyring. docs/updates.md tells it step by step.
set -eu

die() { echo "keys.sh: $*" >&2; exit 2; }
usage() { sed -n '4,8s/^# *//p' "$0" >&2; exit 2; }

config() {
    cat <<EOF
[ca]
default_ca = gatehouse
[gatehouse]
dir = $1
database = $1/index.txt
new_certs_dir = $1/issued
certificate = $1/ca.pem
private_key = $1/private/ca.key
serial = $1/serial
crlnumber = $1/crlnumber
default_md = sha256
default_days = 730
default_crl_days = 3650
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
CN = $2
[ca_ext]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[signer_ext]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,codeSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
EOF
}

ask() { openssl "$@" 2>"$folder/openssl.log" || { cat "$folder/openssl.log" >&2; exit 2; }; }
list() { ask ca -config "$folder/openssl.cnf" -gencrl -out "$folder/crl.pem"; }

new_ca() {
    [ ! -e "$folder/ca.pem" ] || die "$folder holds a CA already"
    umask 077
    mkdir -p "$folder/private" "$folder/issued"
    : > "$folder/index.txt"
    echo 1000 > "$folder/serial"
    echo 1000 > "$folder/crlnumber"
    config "$folder" "Gatehouse updates, CA $(basename "$folder")" > "$folder/openssl.cnf"
    ask req -x509 -newkey rsa:3072 -nodes -days 3650 -config "$folder/openssl.cnf" -extensions ca_ext \
        -keyout "$folder/private/ca.key" -out "$folder/ca.pem"
    list
    echo "$folder/ca.pem is the CA. Keep $folder/private/ca.key offline."
}

new_signer() {
    [ -e "$folder/ca.pem" ] || die "$folder holds no CA: ota/keys.sh ca $folder"
    [ ! -e "$folder/$name.pem" ] || die "$folder has a signer $name already"
    umask 077
    ask req -new -newkey rsa:3072 -nodes -config "$folder/openssl.cnf" -subj "/CN=$name" \
        -keyout "$folder/private/$name.key" -out "$folder/$name.csr"
    ask ca -batch -notext -config "$folder/openssl.cnf" -extensions signer_ext \
        -in "$folder/$name.csr" -out "$folder/$name.pem"
    rm "$folder/$name.csr"
    echo "$folder/$name.pem with $folder/private/$name.key signs bundles for 2 years."
}

revoke() {
    [ -e "$folder/$name.pem" ] || die "$folder has no signer $name"
    ask ca -config "$folder/openssl.cnf" -revoke "$folder/$name.pem"
    list
    echo "$name is revoked: boards refuse it once their keyring is renewed (ota/keys.sh keyring)."
}

development() {
    [ ! -e "$folder/ca.pem" ] || return 0
    new_ca
    name=dev
    new_signer
    name=revoked
    new_signer
    revoke
    cat "$folder/ca.pem" "$folder/crl.pem" > "$folder/keyring.pem"
}

verb=${1:-}
[ $# -ge 2 ] || usage
folder=$2
name=${3:-}
case $verb in
ca) [ $# -eq 2 ] || usage; new_ca ;;
signer) [ $# -eq 3 ] || usage; new_signer ;;
development) [ $# -eq 2 ] || usage; development ;;
revoke) [ $# -eq 3 ] || usage; revoke ;;
keyring)
    shift
    for folder in "$@"; do
        [ -e "$folder/ca.pem" ] || die "$folder holds no CA"
        cat "$folder/ca.pem" "$folder/crl.pem"
    done ;;
*) usage ;;
esac
