package imagespec

// Value is a Python value of a specification:
//
//	nil         None
//	bool        bool
//	Int         int
//	float64     float
//	string      str
//	List        list
//	Tuple       tuple
//	Dict        dict
//	Object      anything else, such as a date of YAML
type Value any

// Int is an integer of any size, in decimal.
type Int string

// List is a Python list.
type List []Value

// Tuple is a Python tuple.
type Tuple []Value

// Dict is a Python dictionary, whose order counts. Keys are unique.
type Dict []Item

// Item is an entry of a dictionary.
type Item struct{ Key, Value Value }

// Object is a Python value of a type that has no counterpart here, by what
// Python's repr and str print of it.
type Object struct{ Repr, Str string }

// Get is the value of a key that is a text.
func (d Dict) Get(key string) (Value, bool) {
	for _, i := range d {
		if i.Key == Value(key) {
			return i.Value, true
		}
	}
	return nil, false
}
