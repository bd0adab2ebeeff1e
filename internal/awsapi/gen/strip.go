package gen

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
)

// Strip returns the model of service name without documentation, from a botocore data directory.
// It takes the latest API version. Members keep their order, because validation and XML follow it.
func Strip(data fs.FS, name string) ([]byte, error) {
	var found []string
	for _, pattern := range []string{"service-2.json", "service-2.json.gz"} {
		m, err := fs.Glob(data, path.Join(name, "*", pattern))
		if err != nil {
			return nil, fmt.Errorf("find the model of %s: %w", name, err)
		}
		found = append(found, m...)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no model of %s: %w", name, fs.ErrNotExist)
	}
	file := slices.Max(found)
	raw, err := readModel(data, file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	var out bytes.Buffer
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := stripValue(dec, &out, false); err != nil {
		return nil, fmt.Errorf("strip %s: %w", file, err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, out.Bytes(), "", " "); err != nil {
		return nil, fmt.Errorf("strip %s: %w", file, err)
	}
	indented.WriteByte('\n')
	return indented.Bytes(), nil
}

func readModel(data fs.FS, file string) ([]byte, error) {
	f, err := data.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if path.Ext(file) != ".gz" {
		return io.ReadAll(f)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// stripValue copies the next value of dec to w. names says that the keys of the value are names
// of shapes, members or operations, which are kept whatever they are.
func stripValue(dec *json.Decoder, w *bytes.Buffer, names bool) error {
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	switch tok {
	case json.Delim('{'):
		w.WriteByte('{')
		first := true
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				return err
			}
			name, _ := key.(string)
			if !names && (name == "documentation" || name == "deprecatedMessage" || name == "deprecatedSince") {
				if err := dec.Decode(new(json.RawMessage)); err != nil {
					return err
				}
				continue
			}
			if !first {
				w.WriteByte(',')
			}
			first = false
			if err := writeJSON(w, name); err != nil {
				return err
			}
			w.WriteByte(':')
			inner := !names && (name == "shapes" || name == "members" || name == "operations")
			if err := stripValue(dec, w, inner); err != nil {
				return err
			}
		}
		w.WriteByte('}')
	case json.Delim('['):
		w.WriteByte('[')
		for first := true; dec.More(); first = false {
			if !first {
				w.WriteByte(',')
			}
			if err := stripValue(dec, w, false); err != nil {
				return err
			}
		}
		w.WriteByte(']')
	default:
		return writeJSON(w, tok)
	}
	_, err = dec.Token() // the closing delimiter
	return err
}

func writeJSON(w *bytes.Buffer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	w.Truncate(w.Len() - 1) // Encode's newline
	return nil
}
