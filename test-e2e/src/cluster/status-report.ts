export {
  type MemberStatus,
  type StatusReport,
  statusReportSchema,
} from '../../../apps/node-agent/src/status/report.ts';
