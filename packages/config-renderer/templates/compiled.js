// Compiled from the .hbs files beside it by `pnpm templates`.
export const compiled = {
  "patroni.yml": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "\nbootstrap:\n  dcs:\n    ttl: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"bootstrap"),"ttlSeconds"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":33,"column":9},"end":{"line":33,"column":38}}})) != null ? stack1 : "")
    + "\n    loop_wait: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"bootstrap"),"loopWaitSeconds"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":34,"column":15},"end":{"line":34,"column":49}}})) != null ? stack1 : "")
    + "\n    retry_timeout: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"bootstrap"),"retryTimeoutSeconds"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":35,"column":19},"end":{"line":35,"column":57}}})) != null ? stack1 : "")
    + "\n    maximum_lag_on_failover: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"bootstrap"),"maximumLagOnFailoverBytes"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":36,"column":29},"end":{"line":36,"column":73}}})) != null ? stack1 : "")
    + "\n    member_slots_ttl: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"bootstrap"),"memberSlotsTtlSeconds"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":37,"column":22},"end":{"line":37,"column":62}}})) != null ? stack1 : "")
    + "\n    failsafe_mode: true\n    check_timeline: true\n    synchronous_mode: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"bootstrap"),"synchronousMode"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":40,"column":22},"end":{"line":40,"column":56}}})) != null ? stack1 : "")
    + "\n    postgresql:\n      use_pg_rewind: true\n      use_slots: true\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(lookupProperty(depth0,"bootstrap"),"hasParameters"),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":44,"column":0},"end":{"line":49,"column":7}}})) != null ? stack1 : "")
    + "  initdb:\n    - encoding: \"UTF8\"\n    - locale: \"C.UTF-8\"\n    - data-checksums\n    - auth-host: \"scram-sha-256\"\n    - auth-local: \"scram-sha-256\"\n";
},"1":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "      parameters:\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(lookupProperty(depth0,"bootstrap"),"parameters"),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":46,"column":0},"end":{"line":48,"column":9}}})) != null ? stack1 : "");
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "        "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"name"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":47,"column":8},"end":{"line":47,"column":21}}})) != null ? stack1 : "")
    + ": "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"value"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":47,"column":23},"end":{"line":47,"column":37}}})) != null ? stack1 : "")
    + "\n";
},"3":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "  parameters:\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),lookupProperty(depth0,"parameters"),{"name":"each","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":85,"column":0},"end":{"line":87,"column":9}}})) != null ? stack1 : "");
},"4":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "    "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"name"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":86,"column":4},"end":{"line":86,"column":17}}})) != null ? stack1 : "")
    + ": "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"value"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":86,"column":19},"end":{"line":86,"column":33}}})) != null ? stack1 : "")
    + "\n";
},"5":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "    - "
    + ((stack1 = lookupProperty(helpers,"yaml").call(depth0 != null ? depth0 : (container.nullContext || {}),depth0,{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":91,"column":6},"end":{"line":91,"column":19}}})) != null ? stack1 : "")
    + "\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "# Written by the flux-pg agent; edits do not last.\nscope: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"clusterName"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":2,"column":7},"end":{"line":2,"column":27}}})) != null ? stack1 : "")
    + "\nnamespace: \"/service/\"\nname: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"nodeId"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":4,"column":6},"end":{"line":4,"column":21}}})) != null ? stack1 : "")
    + "\n\n# Without a directory Patroni logs to its standard error, which supervisord keeps.\nlog:\n  type: plain\n  level: INFO\n  # Patroni repeats \"no action\" every loop; only changes are worth keeping.\n  deduplicate_heartbeat_logs: true\n\nrestapi:\n  listen: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"restListen"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":14,"column":10},"end":{"line":14,"column":29}}})) != null ? stack1 : "")
    + "\n  connect_address: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"restConnectAddress"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":15,"column":19},"end":{"line":15,"column":46}}})) != null ? stack1 : "")
    + "\n  authentication:\n    username: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"restCredentials"),"username"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":17,"column":14},"end":{"line":17,"column":47}}})) != null ? stack1 : "")
    + "\n    password: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"restCredentials"),"password"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":18,"column":14},"end":{"line":18,"column":47}}})) != null ? stack1 : "")
    + "\n\netcd3:\n  hosts:\n    - "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"etcdEndpoint"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":22,"column":6},"end":{"line":22,"column":27}}})) != null ? stack1 : "")
    + "\n  # The router behind this endpoint chooses the etcd server; discovery would bypass it.\n  use_proxies: true\n  protocol: https\n  cacert: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"etcdCaFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":26,"column":10},"end":{"line":26,"column":29}}})) != null ? stack1 : "")
    + "\n  cert: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"etcdCertFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":27,"column":8},"end":{"line":27,"column":29}}})) != null ? stack1 : "")
    + "\n  key: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"etcdKeyFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":28,"column":7},"end":{"line":28,"column":27}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"isFounder"),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":29,"column":0},"end":{"line":56,"column":7}}})) != null ? stack1 : "")
    + "\npostgresql:\n  listen: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"postgresListen"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":59,"column":10},"end":{"line":59,"column":33}}})) != null ? stack1 : "")
    + "\n  connect_address: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"postgresConnectAddress"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":60,"column":19},"end":{"line":60,"column":50}}})) != null ? stack1 : "")
    + "\n  data_dir: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"dataDirectory"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":61,"column":12},"end":{"line":61,"column":34}}})) != null ? stack1 : "")
    + "\n  bin_dir: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"binaryDirectory"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":62,"column":11},"end":{"line":62,"column":35}}})) != null ? stack1 : "")
    + "\n  pgpass: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"pgpassFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":63,"column":10},"end":{"line":63,"column":29}}})) != null ? stack1 : "")
    + "\n  use_unix_socket: true\n  use_unix_socket_repl: true\n  # A copy of the data is only ever moved aside by the agent, once another copy is proven to contain it.\n  remove_data_directory_on_rewind_failure: false\n  remove_data_directory_on_diverged_timelines: false\n  create_replica_methods:\n    - basebackup\n  basebackup:\n    - checkpoint: \"fast\"\n  authentication:\n    superuser:\n      username: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"superuser"),"username"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":75,"column":16},"end":{"line":75,"column":43}}})) != null ? stack1 : "")
    + "\n      password: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"superuser"),"password"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":76,"column":16},"end":{"line":76,"column":43}}})) != null ? stack1 : "")
    + "\n    replication:\n      username: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"replication"),"username"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":78,"column":16},"end":{"line":78,"column":45}}})) != null ? stack1 : "")
    + "\n      password: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"replication"),"password"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":79,"column":16},"end":{"line":79,"column":45}}})) != null ? stack1 : "")
    + "\n    rewind:\n      username: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"rewind"),"username"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":81,"column":16},"end":{"line":81,"column":40}}})) != null ? stack1 : "")
    + "\n      password: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(lookupProperty(depth0,"rewind"),"password"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":82,"column":16},"end":{"line":82,"column":40}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,lookupProperty(depth0,"hasParameters"),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":83,"column":0},"end":{"line":88,"column":7}}})) != null ? stack1 : "")
    + "  pg_hba:\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"pgHba"),{"name":"each","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":90,"column":0},"end":{"line":92,"column":9}}})) != null ? stack1 : "")
    + "\nwatchdog:\n  mode: \"off\"\n";
},"useData":true},
  "etcd.yml": {"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "# Written by the flux-pg agent at every start; edits do not last.\nname: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"name"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":2,"column":6},"end":{"line":2,"column":19}}})) != null ? stack1 : "")
    + "\ndata-dir: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"dataDirectory"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":3,"column":10},"end":{"line":3,"column":32}}})) != null ? stack1 : "")
    + "\n\nlisten-peer-urls: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"listenPeerUrls"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":5,"column":18},"end":{"line":5,"column":41}}})) != null ? stack1 : "")
    + "\nlisten-client-urls: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"listenClientUrls"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":6,"column":20},"end":{"line":6,"column":45}}})) != null ? stack1 : "")
    + "\ninitial-advertise-peer-urls: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"advertisedPeerUrl"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":7,"column":29},"end":{"line":7,"column":55}}})) != null ? stack1 : "")
    + "\nadvertise-client-urls: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"advertisedClientUrl"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":8,"column":23},"end":{"line":8,"column":51}}})) != null ? stack1 : "")
    + "\n\ninitial-cluster: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"initialCluster"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":10,"column":17},"end":{"line":10,"column":40}}})) != null ? stack1 : "")
    + "\ninitial-cluster-token: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"initialClusterToken"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":11,"column":23},"end":{"line":11,"column":51}}})) != null ? stack1 : "")
    + "\ninitial-cluster-state: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"initialClusterState"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":12,"column":23},"end":{"line":12,"column":51}}})) != null ? stack1 : "")
    + "\nstrict-reconfig-check: true\n\nclient-transport-security:\n  cert-file: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"certFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":16,"column":13},"end":{"line":16,"column":30}}})) != null ? stack1 : "")
    + "\n  key-file: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"keyFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":17,"column":12},"end":{"line":17,"column":28}}})) != null ? stack1 : "")
    + "\n  trusted-ca-file: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"caFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":18,"column":19},"end":{"line":18,"column":34}}})) != null ? stack1 : "")
    + "\n  client-cert-auth: true\n\npeer-transport-security:\n  cert-file: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"certFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":22,"column":13},"end":{"line":22,"column":30}}})) != null ? stack1 : "")
    + "\n  key-file: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"keyFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":23,"column":12},"end":{"line":23,"column":28}}})) != null ? stack1 : "")
    + "\n  # etcd 3.5 resolves the names in a peer's certificate and compares them with the address it comes from, which\n  # fails behind NAT. Its configuration file has no switch for that; a certificate without names skips the test.\n  client-cert-file: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"peerClientCertFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":26,"column":20},"end":{"line":26,"column":47}}})) != null ? stack1 : "")
    + "\n  client-key-file: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"peerClientKeyFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":27,"column":19},"end":{"line":27,"column":45}}})) != null ? stack1 : "")
    + "\n  trusted-ca-file: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"caFile"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":28,"column":19},"end":{"line":28,"column":34}}})) != null ? stack1 : "")
    + "\n  client-cert-auth: true\n\ntls-min-version: \"TLS1.2\"\n\nheartbeat-interval: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"heartbeatMs"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":33,"column":20},"end":{"line":33,"column":40}}})) != null ? stack1 : "")
    + "\nelection-timeout: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"electionMs"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":34,"column":18},"end":{"line":34,"column":37}}})) != null ? stack1 : "")
    + "\npre-vote: true\n\nauto-compaction-mode: \"periodic\"\nauto-compaction-retention: \"1h\"\nquota-backend-bytes: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"quotaBytes"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":39,"column":21},"end":{"line":39,"column":40}}})) != null ? stack1 : "")
    + "\n# The log entries up to a snapshot stay in memory; 10,000 of Patroni's small writes are a few megabytes.\nsnapshot-count: 10000\n# Each log file takes 64 MB of the volume.\nmax-snapshots: 3\nmax-wals: 3\n\n# Patroni speaks to etcd over the HTTP gateway.\nenable-grpc-gateway: true\n# Voters compare the hashes of what they keep once a minute. (The check at start instead delays a restart by\n# 5 s + 2 elections for each voter that does not serve yet, and after a full stop none does.)\nexperimental-compact-hash-check-enabled: true\n\nlogger: \"zap\"\nlog-level: "
    + ((stack1 = lookupProperty(helpers,"yaml").call(alias1,lookupProperty(depth0,"logLevel"),{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":53,"column":11},"end":{"line":53,"column":28}}})) != null ? stack1 : "")
    + "\nlog-outputs:\n  - \"stdout\"\n";
},"useData":true},
  "haproxy.cfg": {"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "# Written by the flux-pg agent once per container start, from the environment alone; edits do not last.\n# The servers of the cluster are not in here: the agent fills the slots through the admin socket.\nglobal\n  user "
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"user"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":4,"column":7},"end":{"line":4,"column":23}}})) != null ? stack1 : "")
    + "\n  group "
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"group"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":5,"column":8},"end":{"line":5,"column":25}}})) != null ? stack1 : "")
    + "\n  nbthread 1\n  maxconn "
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"maxConnections"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":7,"column":10},"end":{"line":7,"column":36}}})) != null ? stack1 : "")
    + "\n  hard-stop-after 3s\n  stats socket "
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"adminSocket"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":9,"column":15},"end":{"line":9,"column":38}}})) != null ? stack1 : "")
    + " mode 600 level admin\n  stats timeout 30s\n  ssl-default-server-options ssl-min-ver TLSv1.2\n\n# No logs: HAProxy tells changes of a server's state on its standard error anyway, and the platform's port probes are\n# not worth a line each.\ndefaults\n  mode tcp\n  timeout connect 2s\n  timeout client 1m\n  timeout server 1m\n  timeout check 3s\n  timeout client-fin 30s\n  timeout server-fin 30s\n\n# The REST port: the agent's own paths, and Patroni's API for the rest.\nfrontend rest\n  mode http\n  bind :"
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"restPort"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":27,"column":8},"end":{"line":27,"column":28}}})) != null ? stack1 : "")
    + "\n  timeout http-request 10s\n  timeout http-keep-alive 30s\n  acl for_agent path_beg /flux-pg/\n  http-request return status 411 if for_agent { req.fhdr(transfer-encoding) -m found }\n  http-request deny deny_status 413 if for_agent { req.body_size gt 1048576 }\n  # Whatever answers here makes a starting Patroni believe that its name is taken, an error page included.\n  http-request reject if !for_agent { nbsrv(patroni) eq 0 }\n  use_backend agent if for_agent\n  default_backend patroni\n\nbackend agent\n  mode http\n  http-reuse never\n  retries 0\n  server agent unix@"
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"agentSocket"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":42,"column":20},"end":{"line":42,"column":43}}})) != null ? stack1 : "")
    + "\n\nbackend patroni\n  mode http\n  http-reuse never\n  retries 0\n  # A restart asked for over the API answers when PostgreSQL is up again, after up to primary_start_timeout (300 s).\n  timeout server 330s\n  errorfile 500 /dev/null\n  errorfile 502 /dev/null\n  errorfile 503 /dev/null\n  errorfile 504 /dev/null\n  # Any answer counts: a Patroni whose loop hangs says 503, and the others must still hear from it that its\n  # PostgreSQL runs as primary before they elect another one.\n  option httpchk\n  http-check send meth GET uri /liveness\n  http-check expect rstatus ^(200|503)$\n  default-server check inter 1s fastinter 500ms downinter 500ms fall 1 rise 1\n  server patroni 127.0.0.1:"
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"patroniPort"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":60,"column":27},"end":{"line":60,"column":50}}})) != null ? stack1 : "")
    + "\n\n# etcd for this node's Patroni: the local voter first, then the others. TLS passes through.\nfrontend etcd\n  bind 127.0.0.1:"
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"etcdProxyPort"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":64,"column":17},"end":{"line":64,"column":42}}})) != null ? stack1 : "")
    + "\n  # Patroni's watch says nothing while nothing changes.\n  timeout client 2h\n  option clitcpka\n  clitcpka-idle 30s\n  clitcpka-intvl 10s\n  clitcpka-cnt 3\n  default_backend etcd\n\nbackend etcd\n  timeout server 2h\n  option srvtcpka\n  srvtcpka-idle 30s\n  srvtcpka-intvl 10s\n  srvtcpka-cnt 3\n  option redispatch\n  # /readyz wants a linearizable read and, since etcd 3.5.20, no learner.\n  option httpchk\n  http-check send meth GET uri /readyz\n  http-check expect status 200\n  default-server check check-ssl verify required check-sni localhost ca-file "
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"etcdCaFile"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":84,"column":77},"end":{"line":84,"column":99}}})) != null ? stack1 : "")
    + " crt "
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"etcdPemFile"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":84,"column":104},"end":{"line":84,"column":127}}})) != null ? stack1 : "")
    + " inter 1s fall 3 rise 1 on-marked-down shutdown-sessions\n  server local 127.0.0.1:"
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"etcdClientPort"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":85,"column":25},"end":{"line":85,"column":51}}})) != null ? stack1 : "")
    + " disabled\n  server-template slot "
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"slots"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":86,"column":23},"end":{"line":86,"column":40}}})) != null ? stack1 : "")
    + " 127.0.0.1:1 backup disabled\n\n# PostgreSQL, read-write: whoever is primary now.\nfrontend postgres_rw\n  bind :"
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"readWritePort"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":90,"column":8},"end":{"line":90,"column":33}}})) != null ? stack1 : "")
    + "\n  # Idle connections of a pool live over a weekend; keepalive finds the dead ones.\n  timeout client 7d\n  option clitcpka\n  clitcpka-idle 30s\n  clitcpka-intvl 10s\n  clitcpka-cnt 3\n  default_backend postgres_primary\n\nbackend postgres_primary\n  timeout server 7d\n  option srvtcpka\n  srvtcpka-idle 30s\n  srvtcpka-intvl 10s\n  srvtcpka-cnt 3\n  option redispatch\n  option httpchk\n  http-check send meth GET uri /primary\n  http-check expect status 200\n  default-server check inter 1s fastinter 500ms downinter 500ms fall 2 rise 1 on-marked-down shutdown-sessions\n  server-template slot "
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"slots"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":110,"column":23},"end":{"line":110,"column":40}}})) != null ? stack1 : "")
    + " 127.0.0.1:1 check port 1 disabled\n\n# PostgreSQL, read-only: replicas that are not too far behind, else the primary.\nfrontend postgres_ro\n  bind :"
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"readOnlyPort"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":114,"column":8},"end":{"line":114,"column":32}}})) != null ? stack1 : "")
    + "\n  timeout client 7d\n  option clitcpka\n  clitcpka-idle 30s\n  clitcpka-intvl 10s\n  clitcpka-cnt 3\n  use_backend postgres_replicas if { nbsrv(postgres_replicas) gt 0 }\n  default_backend postgres_primary\n\nbackend postgres_replicas\n  balance leastconn\n  timeout server 7d\n  option srvtcpka\n  srvtcpka-idle 30s\n  srvtcpka-intvl 10s\n  srvtcpka-cnt 3\n  option redispatch\n  # Sessions are not cut when a replica falls behind: a long report is often what holds its replay up.\n  option httpchk\n  http-check send meth GET uri /replica?lag="
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"replicaMaximumLagBytes"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":133,"column":44},"end":{"line":133,"column":78}}})) != null ? stack1 : "")
    + "\n  http-check expect status 200\n  default-server check inter 2s fastinter 1s fall 2 rise 1\n  server-template slot "
    + ((stack1 = lookupProperty(helpers,"haproxy").call(alias1,lookupProperty(depth0,"slots"),{"name":"haproxy","hash":{},"data":data,"loc":{"start":{"line":136,"column":23},"end":{"line":136,"column":40}}})) != null ? stack1 : "")
    + " 127.0.0.1:1 check port 1 disabled\n";
},"useData":true},
  "pg_hba.conf": {"0":function(container,depth0,helpers,partials,data,blockParams,depths) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "host replication "
    + ((stack1 = lookupProperty(helpers,"hbaName").call(alias1,lookupProperty(depths[1],"replicationUser"),{"name":"hbaName","hash":{},"data":data,"loc":{"start":{"line":4,"column":17},"end":{"line":4,"column":47}}})) != null ? stack1 : "")
    + " "
    + ((stack1 = lookupProperty(helpers,"hbaAddress").call(alias1,depth0,{"name":"hbaAddress","hash":{},"data":data,"loc":{"start":{"line":4,"column":48},"end":{"line":4,"column":67}}})) != null ? stack1 : "")
    + " scram-sha-256\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depths[1],"internalUsers"),{"name":"each","hash":{},"fn":container.program(1, data, 0, blockParams, depths),"inverse":container.noop,"data":data,"loc":{"start":{"line":5,"column":0},"end":{"line":7,"column":9}}})) != null ? stack1 : "");
},"1":function(container,depth0,helpers,partials,data,blockParams,depths) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "host all "
    + ((stack1 = lookupProperty(helpers,"hbaName").call(alias1,depth0,{"name":"hbaName","hash":{},"data":data,"loc":{"start":{"line":6,"column":9},"end":{"line":6,"column":25}}})) != null ? stack1 : "")
    + " "
    + ((stack1 = lookupProperty(helpers,"hbaAddress").call(alias1,depths[1],{"name":"hbaAddress","hash":{},"data":data,"loc":{"start":{"line":6,"column":26},"end":{"line":6,"column":48}}})) != null ? stack1 : "")
    + " scram-sha-256\n";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "host all "
    + ((stack1 = lookupProperty(helpers,"hbaName").call(depth0 != null ? depth0 : (container.nullContext || {}),depth0,{"name":"hbaName","hash":{},"data":data,"loc":{"start":{"line":10,"column":9},"end":{"line":10,"column":25}}})) != null ? stack1 : "")
    + " all reject\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data,blockParams,depths) {
    var stack1, alias1=depth0 != null ? depth0 : (container.nullContext || {}), lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "local all all scram-sha-256\nlocal replication "
    + ((stack1 = lookupProperty(helpers,"hbaName").call(alias1,lookupProperty(depth0,"replicationUser"),{"name":"hbaName","hash":{},"data":data,"loc":{"start":{"line":2,"column":18},"end":{"line":2,"column":45}}})) != null ? stack1 : "")
    + " scram-sha-256\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"memberAddresses"),{"name":"each","hash":{},"fn":container.program(0, data, 0, blockParams, depths),"inverse":container.noop,"data":data,"loc":{"start":{"line":3,"column":0},"end":{"line":8,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,lookupProperty(depth0,"internalUsers"),{"name":"each","hash":{},"fn":container.program(2, data, 0, blockParams, depths),"inverse":container.noop,"data":data,"loc":{"start":{"line":9,"column":0},"end":{"line":11,"column":9}}})) != null ? stack1 : "")
    + "host all all 0.0.0.0/0 scram-sha-256\nhost all all ::/0 scram-sha-256\n";
},"useData":true,"useDepths":true},
};
