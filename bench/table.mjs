// Tables of plain text.

/** Lines with their columns aligned; the first row is the head. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => `${row[column]}`.length)));
  const line = (row) => row.map((cell, column) => `${cell}`.padEnd(widths[column])).join("  ").trimEnd();
  const [head, ...rest] = rows.map(line);
  return [head, widths.map((width) => "-".repeat(width)).join("  "), ...rest].join("\n");
}

/** Three digits that matter. */
export function figure(number) {
  if (!Number.isFinite(number)) return "?";
  if (number >= 100) return Math.round(number).toLocaleString("en");
  return number >= 10 ? number.toFixed(1) : number.toFixed(2);
}
