// Package nesting finds texts that are nested too deep for the YAML parser, which needs time quadratic in the depth, before
// it reads them.
package nesting

// Excess returns the first line, counted from 1, of a YAML or JSON text in which more than so many lists and mappings are open in
// brackets, or begun by dashes and question marks of that line; 0 if there is none. It does not know quotes, and is to be
// asked with a generous number.
func Excess(text []byte, most int) (line int) {
	depth, marks := 0, 0
	line = 1
	for i, b := range text {
		switch b {
		case '\n':
			line, marks = line+1, 0
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		case '-', '?':
			if i+1 < len(text) && (text[i+1] == ' ' || text[i+1] == '\t') {
				marks++
			}
		}
		if depth > most || marks > most {
			return line
		}
	}
	return 0
}
