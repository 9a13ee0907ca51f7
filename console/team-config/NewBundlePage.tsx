import { PageHeader } from '#console/ui/PageHeader.tsx';

export const NewBundlePage = () => <PageHeader title="New bundle" />;
