import { html, nothing, type Html } from "./html.ts";

/** A column of a table. Where the screen is too narrow for columns, its title stands beside each cell. */
export type Column<Row> = {
  readonly title: string;
  readonly isNumber?: true;
  readonly cell: (row: Row) => Html;
};

export type TableOptions<Row> = {
  /** What the table is, for whoever does not see it. */
  readonly caption: string;
  readonly rowClass: (row: Row) => string;
};

/** A table whose first column names the row. */
export function table<Row>(
  { caption, rowClass }: TableOptions<Row>,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Html {
  const titles = columns.map((column) => html`<th scope="col" ${classOf(column)}>${column.title}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr class="${rowClass(row)}">
        ${columns.map((column, at) => cell(column, row, at))}
      </tr>`,
  );
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${titles}
      </tr>
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table>`;
}

function cell<Row>(column: Column<Row>, row: Row, at: number): Html {
  const { title } = column;
  return at === 0
    ? html`<th scope="row">${column.cell(row)}</th>`
    : html`<td data-label="${title}" ${classOf(column)}><div>${column.cell(row)}</div></td>`;
}

function classOf({ isNumber }: { readonly isNumber?: true }): Html {
  return isNumber === true ? html` class="number"` : nothing;
}
