# The floor: one node of a static cluster as somebody would set it up by hand, with no agent, no router and no TLS.
# Patroni's defaults but for loop_wait, which is the product's: a clone waits for a spread checkpoint, as Patroni asks for it.
# Runs as root in the image under test; NAME, ADDRESS, ETCD_CLUSTER and ETCD_HOSTS come from the environment.
set -eu
data=/var/lib/postgresql/data
install -d -o etcd -m 0700 "$data/etcd"
install -d -o postgres -g postgres -m 0700 "$data/pgdata"

cat >/tmp/patroni.yml <<YAML
scope: floor
name: $NAME
restapi:
  listen: 0.0.0.0:8008
  connect_address: $ADDRESS:8008
etcd3:
  hosts: $ETCD_HOSTS
bootstrap:
  dcs:
    ttl: 30
    loop_wait: 5
    retry_timeout: 12
    postgresql:
      use_pg_rewind: true
      use_slots: true
  initdb:
    - encoding: UTF8
    - locale: C.UTF-8
    - data-checksums
postgresql:
  listen: 0.0.0.0:5432
  connect_address: $ADDRESS:5432
  data_dir: $data/pgdata
  bin_dir: /usr/lib/postgresql/$PG_MAJOR/bin
  pgpass: /tmp/pgpass
  authentication:
    superuser: { username: postgres, password: floor }
    replication: { username: replicator, password: floor }
  pg_hba:
    - local all all trust
    - host replication replicator 0.0.0.0/0 scram-sha-256
    - host all all 0.0.0.0/0 scram-sha-256
YAML

setpriv --reuid etcd --regid etcd --clear-groups etcd --name "$NAME" --data-dir "$data/etcd" \
  --listen-peer-urls "http://0.0.0.0:2380" --initial-advertise-peer-urls "http://$ADDRESS:2380" \
  --listen-client-urls "http://0.0.0.0:2379" --advertise-client-urls "http://$ADDRESS:2379" \
  --initial-cluster "$ETCD_CLUSTER" --initial-cluster-state new --log-level warn &
exec setpriv --reuid postgres --regid postgres --init-groups patroni /tmp/patroni.yml
