import { PageHeader } from '#console/ui/PageHeader.tsx';

export const UsagesPage = () => <PageHeader title="Repositories" />;
