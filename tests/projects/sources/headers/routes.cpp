// Boost.Graph: shortest paths.
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>

#include "parts.h"

std::string routes() {
  using Weight = boost::property<boost::edge_weight_t, int>;
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, Weight>;
  Graph graph(5);
  boost::add_edge(0, 1, 7, graph);
  boost::add_edge(0, 2, 2, graph);
  boost::add_edge(2, 1, 3, graph);
  boost::add_edge(1, 3, 1, graph);
  boost::add_edge(2, 4, 9, graph);
  boost::add_edge(3, 4, 2, graph);
  std::vector<int> distances(boost::num_vertices(graph));
  boost::dijkstra_shortest_paths(graph, 0, boost::distance_map(distances.data()));
  std::string text;
  for (int distance : distances) text += std::to_string(distance) + " ";
  return text + "\n";
}
