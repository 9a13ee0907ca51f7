import { expect, test } from 'vitest';
import { changeAt, lineOf, linesWithUnseen, readDiff } from './read-diff.ts';

const diff = `diff --git a/src/old name.ts b/src/new name.ts
similarity index 80%
rename from src/old name.ts
rename to src/new name.ts
index 1111111..2222222 100644
--- a/src/old name.ts
+++ b/src/new name.ts
@@ -3,4 +3,5 @@ function pay()
 const a = 1;
--- a line that looks like a head
+++ another one
+const b = 2;
 const c = 3;
 return a;
\\ No newline at end of file
diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
diff --git a/logo.png b/logo.png
new file mode 100644
index 0000000..3333333
Binary files /dev/null and b/logo.png differ
diff --git a/gone.txt b/gone.txt
deleted file mode 100644
index 4444444..0000000
--- a/gone.txt
+++ /dev/null
@@ -1 +0,0 @@
-bye
`;

test('every file is there with what became of it and how many lines came and went', () => {
  const files = readDiff(diff);
  expect(files?.map(({ hunks: _hunks, ...facts }) => facts)).toEqual([
    {
      path: 'src/new name.ts',
      oldPath: 'src/old name.ts',
      type: 'rename',
      added: 2,
      removed: 1,
      hasNoText: false,
      modes: null,
    },
    { path: 'run.sh', oldPath: null, type: 'modify', added: 0, removed: 0, hasNoText: true, modes: '100644 to 100755' },
    { path: 'logo.png', oldPath: null, type: 'add', added: 0, removed: 0, hasNoText: true, modes: null },
    { path: 'gone.txt', oldPath: null, type: 'delete', added: 0, removed: 1, hasNoText: false, modes: null },
  ]);
});

test('lines keep their numbers on both sides, also those that look like heads', () => {
  const hunks = readDiff(diff)?.[0]?.hunks ?? [];
  expect(hunks[0]?.changes.map((change) => [change.content, lineOf(change)])).toEqual([
    ['const a = 1;', { side: 'new', line: 3 }],
    ['-- a line that looks like a head', { side: 'old', line: 4 }],
    ['++ another one', { side: 'new', line: 4 }],
    ['const b = 2;', { side: 'new', line: 5 }],
    ['const c = 3;', { side: 'new', line: 6 }],
    ['return a;', { side: 'new', line: 7 }],
  ]);
  for (const change of hunks[0]?.changes ?? []) expect(changeAt(hunks, lineOf(change))).toBe(change);
  expect(changeAt(hunks, { side: 'old', line: 5 })?.content).toBe('const c = 3;');
  expect(changeAt(hunks, { side: 'new', line: 99 })).toBeUndefined();
});

test('what is no diff is not taken apart', () => {
  expect(readDiff('')).toEqual([]);
  expect(readDiff('diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,9 +1,9 @@\n-x\n+y\n')).toBeNull();
  expect(readDiff('nothing of the kind')).toBeNull();
});

test('added lines whose characters are not seen, or turn the text around, are named', () => {
  const added = ['const a = 1;', 'if (isAdmin\u202e) {', 'const zero\u200bWidth = 1;', 'const é = "日本 \u{1f600}";'];
  const text = `diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1,4 @@\n${added.map((line) => `+${line}\n`).join('')}`;
  expect(readDiff(text)?.map(linesWithUnseen)).toEqual([[2, 3]]);
});
