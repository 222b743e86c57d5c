export { type MemberStatus, type StatusReport, statusReportSchema } from './status/report-schema.ts';
export { formatBytes, formatTable } from './status/table.ts';
