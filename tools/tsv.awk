# What the tools share that turn tables of data (*.tsv) into SQL.
function fail(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what > "/dev/stderr"
	bad = 1
	exit 1
}
function literal(text) {
	gsub(/\047/, "\047\047", text)
	return "\047" text "\047"
}
function literal_or_null(text) {
	return text == "" ? "null" : literal(text)
}
# The first line of a file says its columns; the others have as many.
function is_heading(columns) {
	if (FNR == 1 && $0 != columns)
		fail("the heading is not " columns)
	if (FNR > 1 && NF != split(columns, none, "\t"))
		fail("not as many columns as the heading")
	return FNR == 1
}
