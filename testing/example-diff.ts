import { statsOfDiff } from '#server/cloud/attempts/diff-stats.ts';

const invoice = `diff --git a/src/billing/invoice.ts b/src/billing/invoice.ts
index 3b18e51..a04c1f2 100644
--- a/src/billing/invoice.ts
+++ b/src/billing/invoice.ts
@@ -12,10 +12,13 @@ export interface InvoiceLine {
   quantity: number;
 }

-export function totalOf(lines: InvoiceLine[]): number {
-  return lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
+/** In cents, rounded once at the end: rounding each line loses cents on long invoices. */
+export function totalOf(lines: readonly InvoiceLine[]): number {
+  const exact = lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
+  return Math.round(exact * 100) / 100;
 }

 export function isPaid(invoice: Invoice): boolean {
-  return invoice.paid == totalOf(invoice.lines);
+  // Both are rounded, so that an exact comparison holds.
+  return invoice.paid === totalOf(invoice.lines);
 }
@@ -48,3 +51,4 @@ export async function send(invoice: Invoice, mailer: Mailer): Promise<void> {
   const lines = invoice.lines.map((line) => \`\${line.quantity} x \${line.text}\`);
   await mailer.send({ to: invoice.customer.email, subject: \`Invoice \${invoice.number}\`, lines });
+  invoice.sentAt = mailer.now();
 }
`.replaceAll('\n\n', '\n \n');

const test = `diff --git a/src/billing/invoice.test.ts b/src/billing/invoice.test.ts
index 77b6b47..1f2a9c3 100644
--- a/src/billing/invoice.test.ts
+++ b/src/billing/invoice.test.ts
@@ -1,6 +1,7 @@
 import { expect, test } from 'vitest';
-import { totalOf } from './invoice.ts';
+import { isPaid, totalOf } from './invoice.ts';
 
-test('adds lines', () => {
-  expect(totalOf([{ price: 0.1, quantity: 3, text: 'a' }])).toBe(0.30000000000000004);
+test('a total has whole cents', () => {
+  expect(totalOf([{ price: 0.1, quantity: 3, text: 'a' }])).toBe(0.3);
+  expect(isPaid({ paid: 0.3, lines: [{ price: 0.1, quantity: 3, text: 'a' }] })).toBe(true);
 });
`;

const others = `diff --git a/docs/billing.md b/docs/rounding.md
similarity index 91%
rename from docs/billing.md
rename to docs/rounding.md
index 5f1c2aa..8d31b07 100644
--- a/docs/billing.md
+++ b/docs/rounding.md
@@ -1,3 +1,3 @@
-# Billing
+# How totals are rounded
 
 Every amount is in the currency of the customer.
diff --git a/src/billing/legacy-total.ts b/src/billing/legacy-total.ts
deleted file mode 100644
index 91c2f44..0000000
--- a/src/billing/legacy-total.ts
+++ /dev/null
@@ -1,4 +0,0 @@
-/** Kept for the old exports. */
-export function legacyTotal(lines) {
-  return lines.reduce((sum, line) => sum + line.price, 0);
-}
diff --git a/assets/stamp.png b/assets/stamp.png
new file mode 100644
index 0000000..e69de29
Binary files /dev/null and b/assets/stamp.png differ
diff --git a/bin/bill b/bin/bill
old mode 100644
new mode 100755
`;

const asDiff = (text: string) => ({ text, stats: statsOfDiff(text) });

/** Every kind of file that a diff of git has. */
export const wideDiff = asDiff(invoice + test + others);
export const smallDiff = asDiff(invoice);
