import { PageHeader } from '#console/ui/PageHeader.tsx';

export const BundlePage = () => <PageHeader title="Bundle" />;
