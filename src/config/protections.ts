import type { ConfiguredProtection } from "./config.ts";
import { protectionLabels } from "./matcher-labels.ts";
import { mayMatchAll, parseMatcher } from "./matcher.ts";

/**
 * Whom pgleash never ends unless the operator removes the protection by its name: sessions that look like leaks and are
 * none, or that serve the house. An application name is a courtesy, because any client can choose it; a role holds.
 */
export const shippedProtections: readonly ConfiguredProtection[] = [
  // Dumps and backups: the leader of a parallel dump is idle in transaction, its workers wait for their client.
  shipped("pg_dump", 'application_name="pg_dump"'),
  shipped("pg_dumpall", 'application_name="pg_dumpall"'),
  shipped("pg_restore", 'application_name="pg_restore"'),
  shipped("pg_basebackup", 'application_name="pg_basebackup"'),
  shipped("pgbackrest", 'application_name=~"(?i)pgbackrest.*"'),
  shipped("barman", 'application_name=~"(?i)barman.*"'),
  shipped("wal-g", 'application_name=~"(?i)wal-g.*|walg"'),
  shipped("gpbackup", 'application_name=~"gpbackup.*"'),
  // Their sessions often have no application name of their own.
  shipped("backup_roles", 'usename=~"backup|barman|streaming_barman|pgbackrest|wal-?g"'),

  // Copies and changes that are shipped elsewhere, from a snapshot that is held for hours.
  shipped("pg_receivewal", 'application_name="pg_receivewal"'),
  shipped("pg_recvlogical", 'application_name="pg_recvlogical"'),
  shipped("pgcopydb", 'application_name=~"pgcopydb.*"'),
  shipped("greenmask", 'application_name=~"(?i)greenmask.*"'),
  shipped("debezium", 'application_name=~"(?i)debezium.*"'),
  shipped("peerdb", 'application_name=~"(?i)peerdb.*"'),
  shipped("airbyte", 'application_name=~"(?i)airbyte.*"'),
  shipped("replication_roles", 'usename=~"replication|replicator|debezium|peerdb|airbyte"'),

  // Work within the server, and other servers that work here.
  shipped("pg_repack", 'application_name=~"pg_repack.*"'),
  shipped("pg_squeeze", 'application_name=~"pg_?squeeze.*"'),
  shipped("pg_cron", 'application_name="pg_cron"'),
  // Its transaction stays open for as long as the one at the other end.
  shipped("postgres_fdw", 'application_name="postgres_fdw"'),
  shipped("dblink", 'application_name=~"dblink.*"'),
  shipped("citus", 'application_name=~"citus_.*"'),

  // High availability.
  shipped("patroni", 'application_name=~"(?i)patroni.*"'),
  shipped("repmgr", 'application_name=~"repmgr.*"'),
  shipped("pg_auto_failover", 'application_name=~"pg_auto(?:ctl|_failover).*"'),
  shipped("failover_roles", 'usename=~"patroni|repmgr|autoctl_node|pgautofailover_monitor"'),

  // Migrations: their locks look like leaks, and half of one is worse than a slow one.
  shipped("flyway", 'application_name=~"(?i)flyway.*"'),
  shipped("liquibase", 'application_name=~"(?i)liquibase.*"'),
  shipped("alembic", 'application_name=~"(?i)alembic.*"'),

  // People, who may have stood up for a coffee.
  shipped("psql", 'application_name="psql"'),
  shipped("pgadmin", 'application_name=~"pgAdmin.*"'),
  shipped("dbeaver", 'application_name=~"(?i)dbeaver.*"'),
  shipped(
    "jetbrains",
    'application_name=~"(?:DataGrip|IntelliJ IDEA|PyCharm|GoLand|Rider|WebStorm|PhpStorm|RubyMine|CLion).*"',
  ),

  // Other monitors.
  shipped("postgres_exporter", 'application_name=~"postgres_exporter.*"'),
  shipped("pgwatch", 'application_name=~"pgwatch.*"'),
  shipped("datadog", 'application_name=~"(?i)datadog.*"'),
  shipped("pganalyze", 'application_name=~"pganalyze.*"'),
  shipped("zabbix", 'application_name=~"(?i)zabbix.*"'),

  // The roles by which providers run their service.
  shipped("amazon_rds", 'usename=~"rdsadmin|rdsrepladmin|rdstopmgr"'),
  shipped(
    "google_cloud_sql",
    'usename=~"cloudsql(?:admin|agent|connpooladmin|importexport|logical|observability.*|replica)"',
  ),
  shipped("google_alloydb", 'usename=~"alloydb(?:admin|agent|importexport|replica)"'),
  shipped("azure", 'usename=~"azuresu|azure_superuser|azure_pg_admin"'),
  shipped("supabase", 'usename=~"supabase_.*|authenticator|pgbouncer"'),
  shipped("neon", 'usename="cloud_admin"'),
  shipped("digitalocean", 'usename=~"_doadmin.*|_dodb"'),
  shipped("aiven", 'usename=~"_aiven.*"'),
];

/** Their names, for messages. */
export const shippedNames: readonly string[] = shippedProtections.map(({ name }) => name);

/** Its pattern is compiled for the first suspect: to compile all of them is a twentieth of the start. */
function shipped(name: string, text: string): ConfiguredProtection {
  let mayMatch: ConfiguredProtection["mayMatch"] | undefined;
  return { name, match: [text], mayMatch: (target) => (mayMatch ??= compiled(name, text))(target) };
}

function compiled(name: string, text: string): ConfiguredProtection["mayMatch"] {
  const read = parseMatcher(text, protectionLabels);
  if ("problem" in read) throw new Error(`The shipped protection ${name} has no matcher: ${text}`);
  return mayMatchAll([read.matcher]);
}
