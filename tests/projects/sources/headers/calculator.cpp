// Boost.Spirit: a grammar as one expression of templates.
#include <boost/phoenix.hpp>
#include <boost/spirit/include/qi.hpp>

#include "parts.h"

namespace qi = boost::spirit::qi;

template <typename Iterator>
struct Calculator : qi::grammar<Iterator, double(), qi::space_type> {
  Calculator() : Calculator::base_type(sum) {
    using qi::_1;
    using qi::_val;
    sum = product[_val = _1] >> *(('+' >> product[_val += _1]) | ('-' >> product[_val -= _1]));
    product = value[_val = _1] >> *(('*' >> value[_val *= _1]) | ('/' >> value[_val /= _1]));
    value = qi::double_[_val = _1] | ('(' >> sum[_val = _1] >> ')') | ('-' >> value[_val = -_1]);
  }
  qi::rule<Iterator, double(), qi::space_type> sum, product, value;
};

std::string calculator() {
  const std::string text = "2 * (3 + 4) - 10 / 4";
  Calculator<std::string::const_iterator> grammar;
  double result = 0;
  auto begin = text.begin();
  const bool whole = qi::phrase_parse(begin, text.end(), grammar, qi::space, result) && begin == text.end();
  return text + " = " + (whole ? std::to_string(result) : "?") + "\n";
}
