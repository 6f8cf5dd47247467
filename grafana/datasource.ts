/** Whatever Prometheus the reader chose above the dashboard. */
export const datasource = { type: "prometheus", uid: "${datasource}" };
