#!/bin/sh
# Installs the programs of the image into a Debian 13 (trixie) base, and keeps out what they never open.
set -eu

export DEBIAN_FRONTEND=noninteractive
# Never unpacked: documentation, licences excepted; translations and the sources of locales (the cluster uses C.UTF-8
# and ICU's collations); the compiler behind PostgreSQL's JIT, which is off without it, takes 155 MB and slows the
# short queries of a small server more than it helps the long ones; etcd's offline tool.
cat > /etc/dpkg/dpkg.cfg.d/flux-pg <<'DPKG'
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/i18n/*
path-exclude=/usr/lib/*/libLLVM*
path-exclude=/usr/lib/*/libz3.so*
path-exclude=/usr/lib/postgresql/*/lib/llvmjit*
path-exclude=/usr/lib/postgresql/*/lib/bitcode/*
path-exclude=/usr/bin/etcdutl
DPKG

# trixie has Patroni 4.0.7 and etcd 3.5.16. Wanted are Patroni >= 4.1 (lag-aware health checks; slots that were lost
# are created again) and etcd >= 3.5.30 (fixes of 3.5.17 to 3.5.30, and /readyz that tells a learner from a voter).
# The next release, forky, has 4.1.5 and 3.5.30; from there come these packages and nothing else.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
  awk '$1 == "URIs:" { print $2; exit } $1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) { print $i; exit } }')
cat > /etc/apt/sources.list.d/forky.sources <<SOURCE
Types: deb
URIs: $mirror
Suites: forky
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
Check-Valid-Until: no
SOURCE
cat > /etc/apt/preferences.d/forky <<'PREFERENCES'
Package: *
Pin: release n=forky
Pin-Priority: -10

Package: patroni etcd-server etcd-client
Pin: release n=forky
Pin-Priority: 990
PREFERENCES

apt-get update -qq
# postgresql-common would otherwise create a cluster of its own.
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
apt-get install -y -qq --no-install-recommends ca-certificates postgresql-common >/dev/null
if [ "$PG_MAJOR" != 17 ]; then
  apt-get install -y -qq --no-install-recommends gpgv >/dev/null
  /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y
fi
apt-get install -y -qq --no-install-recommends \
  "postgresql-$PG_MAJOR" "patroni=4.1.*" "etcd-server=3.5.*" "etcd-client=3.5.*" \
  python3-etcd python3-dnspython python3-psycopg haproxy supervisor libstdc++6 >/dev/null

# Patroni's package wants psycopg2 and Patroni prefers it, but it cannot quote a password beyond Latin-1; psycopg 3 can.
rm -rf /usr/lib/python3/dist-packages/psycopg2

# One group reads the certificates of this node.
groupadd --system fluxpg
for user in postgres etcd haproxy; do usermod --append --groups fluxpg "$user"; done
install -d -m 0755 /run/flux-pg /var/log/supervisor /opt/flux-pg /etc/flux-pg
install -d -m 0755 -o postgres -g postgres /var/lib/postgresql
install -d -m 1777 /var/lib/postgresql/data

apt-get purge -y -qq --auto-remove gpgv >/dev/null 2>&1 || true
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/apt /var/log/dpkg.log /var/log/alternatives.log /tmp/* /root/.cache \
  /etc/apt/sources.list.d/forky.sources /etc/apt/preferences.d/forky /etc/dpkg/dpkg.cfg.d/flux-pg \
  /usr/share/doc-base /usr/lib/postgresql/*/lib/pgxs
# Python compiles what it loads, which doubles the time to start; of all that the packages brought, keep what is used.
find / -xdev -type d -name __pycache__ -prune -exec rm -rf {} +
python3 -c 'import supervisor.supervisord, supervisor.supervisorctl'
python3 -c 'import patroni.__main__, patroni.api, patroni.dcs.etcd3, patroni.ha, patroni.postgresql, patroni.ctl, psycopg'
