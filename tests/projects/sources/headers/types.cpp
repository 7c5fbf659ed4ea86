// Boost.MPL and Boost.Fusion: containers of types, whose headers are chosen by a computed name.
#define BOOST_MPL_LIMIT_VECTOR_SIZE 30
#define BOOST_MPL_CFG_NO_PREPROCESSED_HEADERS
#include <boost/fusion/include/fold.hpp>
#include <boost/fusion/include/make_vector.hpp>
#include <boost/mpl/count_if.hpp>
#include <boost/mpl/transform.hpp>
#include <boost/mpl/vector.hpp>
#include <boost/type_traits/add_pointer.hpp>
#include <boost/type_traits/is_pointer.hpp>
#include <boost/variant.hpp>

#include "parts.h"

namespace fusion = boost::fusion;
namespace mpl = boost::mpl;

struct Add {
  template <typename Sum, typename Value>
  double operator()(Sum sum, const Value &value) const {
    return sum + value;
  }
};

std::string types() {
  using Some = mpl::vector<char, short, int *, long, float, double>;
  using All = mpl::transform<Some, boost::add_pointer<mpl::_1>>::type;
  const int pointers = mpl::count_if<Some, boost::is_pointer<mpl::_1>>::value;
  const int all = mpl::count_if<All, boost::is_pointer<mpl::_1>>::value;
  const double sum = fusion::fold(fusion::make_vector(1, 2.5, 3L), 0.0, Add());
  const boost::variant<int, std::string> variant = std::to_string(sum);
  return std::to_string(pointers) + " " + std::to_string(all) + " " + boost::get<std::string>(variant) + "\n";
}
