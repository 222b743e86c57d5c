export { type MemberStatus, type StatusReport, statusReportSchema } from './status/report.ts';
export { formatTable } from './status/table.ts';
