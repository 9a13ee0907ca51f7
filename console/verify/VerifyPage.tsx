import { PageHeader } from '#console/ui/PageHeader.tsx';

export const VerifyPage = () => <PageHeader title="Verify" />;
