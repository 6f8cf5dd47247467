import { DashboardLinkType, type DashboardLink } from "@grafana/grafana-foundation-sdk/dashboard";

/** Every dashboard has it, and finds the others by it. */
export const tag = "pgleash";

const common = { icon: "external link", tags: [], asDropdown: false, targetBlank: false };

/** What is linked above every dashboard. */
export const links: readonly DashboardLink[] = [
  {
    ...common,
    title: "pgleash",
    type: DashboardLinkType.Dashboards,
    tooltip: "The other dashboards of pgleash, with the same time and the same choices",
    tags: [tag],
    includeVars: true,
    keepTime: true,
  },
  {
    ...common,
    title: "Runbooks",
    type: DashboardLinkType.Link,
    icon: "doc",
    tooltip: "What to do about each alert",
    url: "https://github.com/pgleash/pgleash/tree/main/alerts/runbooks",
    targetBlank: true,
    includeVars: false,
    keepTime: false,
  },
];

/** The labels that the dashboard of sessions may be opened for. */
type Chosen = "server" | "datname" | "usename" | "application_name";

/** To the dashboard of sessions, for these labels of the row that is clicked. Names are encoded: users control them. */
export function toSessions(...labels: readonly Chosen[]): { readonly title: string; readonly url: string } {
  const choices = labels.map((label) => `var-${label}=\${__data.fields.${label}:percentencode}`);
  return {
    title: "Only these sessions",
    url: `/d/pgleash-sessions?${["${datasource:queryparam}", "${job:queryparam}", "${instance:queryparam}", "${__url_time_range}", ...choices].join("&")}`,
  };
}
