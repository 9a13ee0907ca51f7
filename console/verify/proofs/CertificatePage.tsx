import { PageHeader } from '#console/ui/PageHeader.tsx';

export const CertificatePage = () => <PageHeader title="Certificate" />;
