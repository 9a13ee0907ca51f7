import { z } from 'zod';

// Must run before any schema is made: zod would otherwise try `new Function`, which our content security policy reports.
z.config({ jitless: true });
