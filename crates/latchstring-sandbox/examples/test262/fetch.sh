#!/usr/bin/env bash
# Fetches Test262 as Debian's source package of SpiderMonkey has it, from the mirror that apt uses here.
#
#   fetch.sh OUT       writes the suite to the folder OUT, unless it is there
#
# Needs Debian's apt, tar and xz. Nothing of the machine's own package lists is touched.
set -euo pipefail
release=trixie
package=mozjs128
out="${1:?usage: fetch.sh OUT}"
[ ! -f "$out/PACKAGE" ] || exit 0

site="$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | head -1)"
[ -n "$site" ] || { echo "apt knows no Debian mirror; run \`apt-get update\` first" >&2; exit 1; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# apt's own unprivileged user, if apt uses one, writes here too.
chmod 755 "$work"
mkdir -p "$work"/{lists,cache,source}/partial
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $release main" > "$work/sources.list"
cat > "$work/apt.conf" <<EOF
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
APT::Sandbox::User "";
EOF
export APT_CONFIG="$work/apt.conf"
apt-get update -qq
(cd "$work/source" && apt-get source -qq --download-only "$package")
version="$(sed -n 's/^Version: //p' "$work"/source/*.dsc | head -1)"

rm -rf "$out.new"
mkdir -p "$out.new"
tar -xJf "$work"/source/*.orig.tar.xz -C "$out.new" --strip-components=5 --wildcards \
    '*/js/src/tests/test262/GIT-INFO' '*/js/src/tests/test262/LICENSE' '*/js/src/tests/test262/shell.js' \
    '*/js/src/tests/test262/built-ins/*' '*/js/src/tests/test262/language/*'
echo "$package $version" > "$out.new/PACKAGE"
rm -rf "$out"
mv "$out.new" "$out"
